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

/** Target or actual of a KPI: an amount of money, or a number with the unit of the record. */
export class KpiValueField extends MonetaryField {
    get formattedValue() {
        if (this.currency) {
            return super.formattedValue;
        }
        const number = formatFloat(this.value, {digits: [20, 2], trailingZeros: false});
        const withUnit = WITH_UNIT[this.props.record.data.unit];
        return withUnit ? withUnit(number) : number;
    }
}

registry.category("fields").add("pmm_kpi_value", {...monetaryField, component: KpiValueField});
