// The form of a list of records to call: it is worked from here, by public/js/lists/player.js, and says how far it is.

const API = "c2c_frappe.api.call_list";
const COLORS = {
	Waiting: "blue",
	Claimed: "orange",
	Calling: "orange",
	Done: "green",
	Exhausted: "gray",
	Skipped: "gray",
	"Do Not Call": "red",
};

frappe.ui.form.on("PBX Call List", {
	refresh(frm) {
		if (frm.is_new()) return;
		show_progress(frm);
		if (frappe.boot.c2c && frm.doc.state === "Open") {
			frm.add_custom_button(__("Work This List"), () => work(frm)).addClass("btn-primary");
		}
		frm.add_custom_button(__("Entries"), () => frappe.set_route("List", "PBX Call List Entry", { call_list: frm.docname }));
		if (frm.perm[0]?.write && (!frm.doc.stopped_by || frappe.boot.c2c_accounts)) add_states(frm);
	},
});

// The list is worked as it is saved.
async function work(frm) {
	if (frm.is_dirty()) await frm.save();
	if (!frm.is_dirty()) window.dispatchEvent(new CustomEvent("c2c-list", { detail: { list: frm.docname } }));
}

function add_states(frm) {
	const changes = { Open: __("Open for All"), Paused: __("Pause for All"), Closed: __("Close for All") };
	for (const [state, label] of Object.entries(changes)) {
		if (state !== frm.doc.state) frm.add_custom_button(label, () => set_state(frm, state), __("State"));
	}
}

async function set_state(frm, state) {
	if (frm.is_dirty()) await frm.save();
	if (frm.is_dirty()) return;
	await frappe.xcall(`${API}.set_state`, { call_list: frm.docname, state });
	await frm.reload_doc();
}

async function show_progress(frm) {
	const name = frm.docname;
	const { entries, closed, states } = await frappe.xcall(`${API}.progress`, { call_list: name }, "GET");
	if (frm.docname !== name) return;
	frm.dashboard.stats_area_row.empty();
	frm.dashboard.add_indicator(__("{0} of {1} done", [closed, entries]), closed === entries ? "green" : "blue");
	for (const [state, color] of Object.entries(COLORS)) {
		if (states[state]) frm.dashboard.add_indicator(`${__(state)}: ${states[state]}`, color);
	}
}
