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
		frm.toggle_display("preview_section", false);
		show_summary(frm);
		show_problems(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Preview"), () => when_saved(frm, show_preview));
		if (["Queued", "Running"].includes(frm.doc.status)) return;
		const button = frm.add_custom_button(__("Import"), () => when_saved(frm, start));
		if (frm.doc.status !== "Done") button.addClass("btn-primary");
	},
});

// What is previewed or imported is what the form shows: changes are saved first, and a mistake in them ends it.
async function when_saved(frm, act) {
	if (frm.is_dirty()) await frm.save();
	if (!frm.is_dirty()) await act(frm);
}

async function show_preview(frm) {
	const { message, rows } = await frappe.xcall(`${API}.preview`, { name: frm.docname });
	const html = message ? `<p class="text-warning">${escape(message)}</p>` : preview_of(rows);
	frm.toggle_display("preview_section", true);
	frm.get_field("preview").$wrapper.html(html);
	frm.scroll_to_field("preview");
}

function preview_of(rows) {
	const columns = {
		row: __("Row"),
		start: __("Start"),
		direction: __("Direction"),
		extension: __("Extension"),
		number: __("Number"),
		status: __("Status"),
		duration: __("Talk Time"),
		message: __("Note"),
	};
	const as_cells = (row) => Object.keys(columns).map((name) => (name === "start" ? moment_of(row[name]) : row[name]));
	return table(Object.values(columns), rows.map(as_cells));
}

const moment_of = (text) => (text ? frappe.datetime.str_to_user(text) : "");

function table(headings, rows) {
	const line = (tag, cells) => `<tr>${cells.map((cell) => `<${tag}>${escape(String(cell ?? ""))}</${tag}>`).join("")}</tr>`;
	const head = `<thead class="text-muted">${line("th", headings)}</thead>`;
	const body = `<tbody>${rows.map((row) => line("td", row)).join("")}</tbody>`;
	return `<div class="table-responsive"><table class="table table-bordered small">${head}${body}</table></div>`;
}

async function start(frm) {
	await frappe.xcall(`${API}.start`, { name: frm.docname });
	await frm.reload_doc();
	frappe.show_alert({ message: __("The calls are being imported."), indicator: "blue" });
}

// How many rows came to what, above the form.
function show_summary(frm) {
	const { rows_read } = frm.doc;
	if (!rows_read) return;
	const colors = { matched: "green", added: "green", known: "gray", unmatched: "orange", broken: "red" };
	frm.dashboard.add_indicator(`${__("Rows Read")}: ${rows_read}`, "blue");
	for (const [name, color] of Object.entries(colors)) {
		const label = __(frappe.meta.get_label(frm.doctype, name));
		if (frm.doc[name]) frm.dashboard.add_indicator(`${label}: ${frm.doc[name]}`, color);
	}
}

function show_problems(frm) {
	const problems = JSON.parse(frm.doc.problems || "[]");
	const kinds = { broken: __("Invalid"), unmatched: __("Unmatched"), partial: __("Partially Imported") };
	const rows = problems.map(([row, kind, why]) => [row || "", kinds[kind], why]);
	const headings = [__("Row"), __("Result"), __("Reason")];
	frm.get_field("problems_view").$wrapper.html(rows.length ? table(headings, rows) : "");
}
