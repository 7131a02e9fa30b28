// The filters of the report Call Activity.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Call Activity"] = {
	filters: c2c_call_filters(),
	formatter: c2c_draw_cell,
};
