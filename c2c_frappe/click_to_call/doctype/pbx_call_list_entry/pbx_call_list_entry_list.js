// The list of entries: how each stands, and for managers the way to give some to another agent.
const COLORS = {
	Waiting: "blue",
	Claimed: "orange",
	Calling: "orange",
	Done: "green",
	Exhausted: "gray",
	Skipped: "gray",
	"Do Not Call": "red",
};

frappe.listview_settings["PBX Call List Entry"] = {
	hide_name_column: true,
	add_fields: ["state"],
	get_indicator: ({ state }) => [__(state), COLORS[state], `state,=,${state}`],
	onload(list) {
		if (!frappe.user.has_role(["PBX Manager", "System Manager"])) return;
		list.page.add_actions_menu_item(__("Move to Another Agent"), () => ask_for_agent(list), true);
	},
};

function ask_for_agent(list) {
	const field = { fieldname: "agent", fieldtype: "Link", options: "User", label: __("Agent"), reqd: 1 };
	field.description = __("They go to a list of that agent with the same purpose and rules. Only waiting entries are moved.");
	frappe.prompt(field, ({ agent }) => move(list, agent), __("Move to Another Agent"), __("Move"));
}

async function move(list, agent) {
	const entries = list.get_checked_items(true);
	const { moved, left } = await frappe.xcall("c2c_frappe.api.call_list.move", { entries, agent });
	const stayed = left ? ` ${__("{0} are not waiting and were not moved.", [left])}` : "";
	frappe.show_alert({ message: __("{0} entries were moved.", [moved]) + stayed, indicator: moved ? "green" : "orange" });
	list.clear_checked_items();
	list.refresh();
}
