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

/** A ratio that is only shown. */
export class PercentField extends PercentageField {
    get formattedValue() {
        return formatPercent(this.props.record.data[this.props.name]);
    }
}

registry.category("formatters").add("pmm_percent", formatPercent);
registry.category("fields").add("pmm_percent", {...percentageField, component: PercentField});
