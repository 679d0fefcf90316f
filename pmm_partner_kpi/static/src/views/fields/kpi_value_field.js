import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatFloat} from "@web/views/fields/formatters";
import {MonetaryField, monetaryField} from "@web/views/fields/monetary/monetary_field";

const WITH_UNIT = {
    percent: (number) => _t("%s %%", number),
    days: (number) => _t("%s days", number),
    hours: (number) => _t("%s h", number),
    points: (number) => _t("%s points", number),
};

/**
 * Format what a KPI counts, where neither currency nor unit is known (totals, pivots).
 *
 * @param {Number|false} value
 * @returns {String}
 */
export function formatKpiValue(value) {
    return formatFloat(value, {digits: [20, 2], trailingZeros: false});
}

/**
 * Target or actual of a KPI: an amount of money, or a number with the unit of the record.
 * Where the field that the option "has_field" names is false, there are no data.
 */
export class KpiValueField extends MonetaryField {
    static props = {...MonetaryField.props, hasField: {type: String, optional: true}};

    get formattedValue() {
        const {data} = this.props.record;
        if (this.props.hasField && !data[this.props.hasField]) {
            return _t("No data");
        }
        if (this.currency) {
            return super.formattedValue;
        }
        const number = formatKpiValue(this.value);
        const withUnit = WITH_UNIT[data.unit];
        return withUnit ? withUnit(number) : number;
    }
}

registry.category("formatters").add("pmm_kpi_value", formatKpiValue);
registry.category("fields").add("pmm_kpi_value", {
    ...monetaryField,
    component: KpiValueField,
    extractProps: (info) => ({
        ...monetaryField.extractProps(info),
        hasField: info.options.has_field,
    }),
});
