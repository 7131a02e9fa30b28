// The filters of the report Leads Nobody Called.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Leads Nobody Called"] = {
	filters: c2c_call_filters(
		c2c_choice("show", __("Show"), [
			["not_called", __("Not Called")],
			["called", __("Called")],
			["all", __("All New Leads")],
		]),
		c2c_choice("group_by", __("Group By"), [["", __("Lead")], ["Owner", __("Lead Owner")], ...c2c_periods()])
	).filter(({ fieldname }) => !["agent", "account"].includes(fieldname)),
	formatter: c2c_draw_cell,
};
