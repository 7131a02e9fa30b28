// The filters of the report Unreached Leads.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Unreached Leads"] = {
	filters: c2c_call_filters(),
	formatter: c2c_draw_cell,
};
