// The list of events: what is stuck stands out, and is tried again together.

frappe.listview_settings["PBX Event"] = {
	hide_name_column: true,
	add_fields: ["outcome"],
	get_indicator: ({ outcome }) => [__(outcome), color_of(outcome), `outcome,=,${outcome}`],
	onload(list) {
		list.page.add_action_item(__("Try Again"), () => try_again(list));
	},
};

// Frappe takes the DocType's states for a field called status alone.
function color_of(outcome) {
	const state = frappe.get_meta("PBX Event").states.find(({ title }) => title === outcome);
	return state?.color.toLowerCase();
}

async function try_again(list) {
	const names = list.get_checked_items(true);
	const outcomes = await frappe.xcall("c2c_frappe.api.event.retry", { names });
	list.clear_checked_items();
	list.refresh();
	const parts = Object.entries(outcomes).map(([outcome, count]) => `${__(outcome)}: ${count}`);
	frappe.show_alert({ message: __("Retried. {0}", [parts.join(", ")]), indicator: "blue" });
}
