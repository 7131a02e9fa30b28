// The list of lists to call: each row that can be worked has a button for it.

frappe.listview_settings["PBX Call List"] = {
	hide_name_column: true,
	add_fields: ["state"],
	get_indicator({ state }) {
		const colors = { Open: "green", Paused: "orange", Closed: "gray" };
		return [__(state), colors[state], `state,=,${state}`];
	},
	button: {
		show: ({ state }) => Boolean(frappe.boot.c2c) && state === "Open",
		get_label: () => __("Work This List"),
		get_description: ({ title }) => __("Work {0}", [title]),
		action: ({ name }) => window.dispatchEvent(new CustomEvent("c2c-list", { detail: { list: name } })),
	},
};
