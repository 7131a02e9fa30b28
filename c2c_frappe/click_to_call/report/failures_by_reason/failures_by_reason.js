// The filters of the report Failures by Reason, and a bar behind each number of calls.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Failures by Reason"] = {
	filters: c2c_call_filters(),
	formatter(value, row, column, data, draw) {
		const text = c2c_draw_cell(value, row, column, data, draw);
		if (column.fieldname !== "calls" || !value) return text;
		const most = Math.max(...frappe.query_report.data.map(({ calls }) => calls));
		return `<div class="c2c-bar" style="display: flex; align-items: center; gap: 8px">
			<span style="flex: 1"><span style="display: block; height: 10px; min-width: 2px; border-radius: 3px;
				background: var(--red-400, #e86c6c); width: ${(100 * value) / most}%"></span></span>${text}</div>`;
	},
};
