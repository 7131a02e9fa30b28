// A button that calls a record from anywhere on a page: it carries the record's name, and clicks.js sees the
// click. The server makes the same for the timeline.
import { icon_button } from "./icon_button";

export function record_button(target, label) {
	const button = icon_button(label, "c2c-cell-icon");
	for (const [key, value] of Object.entries(target)) button.setAttribute(`data-c2c-${key}`, value);
	return button.outerHTML;
}

export function target_of_button({ dataset }) {
	return {
		reference_doctype: dataset.c2cDoctype,
		reference_name: dataset.c2cName,
		fieldname: dataset.c2cFieldname,
		row: dataset.c2cRow,
		// Only where the record has it: it chooses among the record's numbers.
		number: dataset.c2cNumber,
		shown: dataset.c2cShown || dataset.c2cNumber,
		title: dataset.c2cTitle || dataset.c2cName,
	};
}
