// A button that calls a record from anywhere on a page: it carries the record's name, and clicks.js sees the
// click. The server makes the same for the timeline.

export function record_button(target, label) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "c2c-icon c2c-cell-icon";
	button.title = label;
	button.setAttribute("aria-label", label);
	for (const [key, value] of Object.entries(target)) button.setAttribute(`data-c2c-${key}`, value);
	button.innerHTML = frappe.utils.icon("call", "sm");
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
