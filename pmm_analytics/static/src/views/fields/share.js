import {registry} from "@web/core/registry";
import {formatPercentage} from "@web/views/fields/formatters";
import {percentageField} from "@web/views/fields/percentage/percentage_field";

/**
 * Format a ratio as a percentage; a void one is empty, which is not 0 %.
 *
 * @param {Number|false} value
 * @param {Object} [options] those of formatPercentage
 * @returns {String}
 */
export function formatShare(value, options) {
    return value === false ? "" : formatPercentage(value, options);
}
formatShare.extractOptions = formatPercentage.extractOptions;

registry.category("formatters").add("pmm_share", formatShare);
registry.category("fields").add("pmm_share", percentageField);
