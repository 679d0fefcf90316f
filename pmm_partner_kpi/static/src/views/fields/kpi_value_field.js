import {registry} from "@web/core/registry";
import {formatFloat} from "@web/views/fields/formatters";
import {MonetaryField, monetaryField} from "@web/views/fields/monetary/monetary_field";

/** Target or actual of a KPI: an amount of money, or a bare number where there is no currency. */
export class KpiValueField extends MonetaryField {
    get formattedValue() {
        return this.currency
            ? super.formattedValue
            : formatFloat(this.value, {digits: [20, 2], trailingZeros: false});
    }
}

registry.category("fields").add("pmm_kpi_value", {...monetaryField, component: KpiValueField});
