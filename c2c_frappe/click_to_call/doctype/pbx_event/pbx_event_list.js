// The list of events: what is stuck stands out, and is tried again together.

const COLOURS = { Applied: "green", Waiting: "orange", Unmatched: "red", Invalid: "red", Ignored: "gray" };

frappe.listview_settings["PBX Event"] = {
	hide_name_column: true,
	add_fields: ["outcome"],
	get_indicator: ({ outcome }) => [__(outcome), COLOURS[outcome], `outcome,=,${outcome}`],
	onload(list) {
		list.page.add_action_item(__("Try again"), () => try_again(list));
	},
};

async function try_again(list) {
	const names = list.get_checked_items(true);
	const outcomes = await frappe.xcall("c2c_frappe.api.event.retry", { names });
	list.clear_checked_items();
	list.refresh();
	const parts = Object.entries(outcomes).map(([outcome, count]) => `${__(outcome)}: ${count}`);
	frappe.show_alert({ message: __("Tried again. {0}", [parts.join(", ")]), indicator: "blue" });
}
