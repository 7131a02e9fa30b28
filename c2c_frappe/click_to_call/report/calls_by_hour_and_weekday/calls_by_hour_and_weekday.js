// The filters of the report Calls by Hour and Weekday, and its colors: the more calls, the darker.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Calls by Hour and Weekday"] = {
	filters: c2c_call_filters(
		c2c_choice("show", __("Show"), [
			["placed", __("Calls Placed")],
			["answered", __("Answered")],
			["connect_rate", __("Connect Rate")],
			["incoming", __("Incoming")],
			["missed", __("Missed")],
		])
	),
	formatter(value, row, column, data, draw) {
		const text = c2c_draw_cell(value, row, column, data, draw);
		const share = /^h\d\d$/.test(column.fieldname) && !data?.is_total && value / c2c_most_in_an_hour();
		if (!share) return text;
		const color = `color-mix(in srgb, var(--green-500, #30a66d) ${Math.round(share * 60)}%, transparent)`;
		return `<div class="c2c-heat" style="background: ${color}; margin: -8px; padding: 8px">${text}</div>`;
	},
};

function c2c_most_in_an_hour() {
	const cells = frappe.query_report.data.filter((row) => !row.is_total).flatMap((row) => Object.entries(row));
	return Math.max(1, ...cells.filter(([name]) => /^h\d\d$/.test(name)).map(([, value]) => value || 0));
}
