// The form of an import of calls: what the columns mean, how the first rows are understood, what became of all.

const API = "c2c_frappe.api.call_import";
const escape = frappe.utils.escape_html;

frappe.ui.form.on("PBX Call Import", {
	setup(frm) {
		frm.set_df_property("time_zone", "options", frappe.all_timezones || []);
		frm.set_df_property("columns", "cannot_add_rows", 1);
		frm.set_df_property("columns", "cannot_delete_rows", 1);
	},
	refresh(frm) {
		frm.get_field("preview").$wrapper.empty();
		show_problems(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Preview"), () => when_saved(frm, show_preview));
		if (!["Queued", "Running"].includes(frm.doc.status)) {
			frm.add_custom_button(__("Import"), () => when_saved(frm, start)).addClass("btn-primary");
		}
	},
});

function when_saved(frm, act) {
	if (!frm.is_dirty()) return act(frm);
	frappe.show_alert({ message: __("Save the import first."), indicator: "orange" });
}

async function show_preview(frm) {
	const { message, rows } = await frappe.xcall(`${API}.preview`, { name: frm.docname });
	const html = message ? `<p class="text-warning">${escape(message)}</p>` : table(rows);
	frm.get_field("preview").$wrapper.html(html);
	frm.scroll_to_field("preview");
}

function table(rows) {
	const columns = {
		row: __("Row"),
		start: __("Start"),
		direction: __("Direction"),
		extension: __("Extension"),
		number: __("Number"),
		status: __("Status"),
		duration: __("Talk time"),
		message: "",
	};
	const cell = (value) => `<td>${escape(String(value ?? ""))}</td>`;
	const body = rows.map((row) => `<tr>${Object.keys(columns).map((name) => cell(row[name])).join("")}</tr>`);
	const head = Object.values(columns).map((label) => `<th>${escape(label)}</th>`);
	return `<table class="table table-bordered small"><tr>${head.join("")}</tr>${body.join("")}</table>`;
}

async function start(frm) {
	await frappe.xcall(`${API}.start`, { name: frm.docname });
	await frm.reload_doc();
	frappe.show_alert({ message: __("The calls are being imported."), indicator: "blue" });
}

function show_problems(frm) {
	const problems = JSON.parse(frm.doc.problems || "[]");
	const kinds = { broken: __("Broken"), unmatched: __("Of no call"), partial: __("Imported in part") };
	const rows = problems.map(
		([row, kind, why]) => `<tr><td>${row || ""}</td><td>${kinds[kind]}</td><td>${escape(why)}</td></tr>`,
	);
	const table = `<table class="table table-bordered small">${rows.join("")}</table>`;
	frm.get_field("problems_view").$wrapper.html(rows.length ? table : "");
}
