import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatFloat} from "@web/views/fields/formatters";
import {PercentageField, percentageField} from "@web/views/fields/percentage/percentage_field";

/**
 * Format a ratio as all our percentages are written.
 *
 * @param {Number|false} value
 * @returns {String}
 */
export function formatPercent(value) {
    if (value === false) {
        return "";
    }
    const number = formatFloat(value * 100, {digits: [16, 2], trailingZeros: false});
    return _t("%s %%", number);
}

/**
 * A ratio that is only shown. Where the field that the option "has_field" names is false, there
 * are no data.
 */
export class PercentField extends PercentageField {
    static props = {...PercentageField.props, hasField: {type: String, optional: true}};

    get formattedValue() {
        const {data} = this.props.record;
        if (this.props.hasField && !data[this.props.hasField]) {
            return _t("No data");
        }
        return formatPercent(data[this.props.name]);
    }
}

registry.category("formatters").add("pmm_percent", formatPercent);
registry.category("fields").add("pmm_percent", {
    ...percentageField,
    component: PercentField,
    extractProps: (info) => ({
        ...percentageField.extractProps(info),
        hasField: info.options.has_field,
    }),
});
