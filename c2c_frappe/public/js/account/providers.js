// The providers to choose from on the form of an account, and beside them the ready-made profiles by their vendors' names.
// What is stored of a profile is the provider Generic HTTP and the form it filled in. Saves nothing.
import { ask } from "./ask";

const API = "c2c_frappe.api.account";
const GENERIC = "generic_http";
const SEPARATOR = ":";
const BETWEEN_LETTERS = 600; // ms

let loading = null;

// Draws the list anew: of a filled-in form its entry says which vendor's it is.
export async function list_providers(frm) {
	const { providers } = frappe.boot.c2c_accounts || {};
	if (!providers) return;
	const { profile } = frm.doc;
	const entries = providers.map(({ value, label }) => ({
		value,
		label: value === GENERIC && profile ? `${profile} (${label})` : label,
	}));
	const ready_made = (await profiles()).map(({ profile, label }) => ({ value: GENERIC + SEPARATOR + profile, label }));
	const is_last = ({ value }) => value === GENERIC;
	const options = [...entries, ...ready_made].sort(
		(one, other) => is_last(one) - is_last(other) || one.label.localeCompare(other.label),
	);
	frm.set_df_property("provider", "options", options);
}

export async function choose_provider(frm) {
	const chosen = frm.doc.provider || "";
	const [provider, slug] = chosen.split(SEPARATOR);
	if (!slug) return;
	// By keyboard each letter chooses the first that fits so far: whoever types on means another.
	await new Promise((done) => setTimeout(done, BETWEEN_LETTERS));
	if (frm.doc.provider !== chosen) return;
	await frm.set_value("provider", provider);
	fill_blanks(frm, (await profiles()).find(({ profile }) => profile === slug));
}

async function profiles() {
	loading ||= frappe.xcall(`${API}.profiles_to_load`);
	return loading;
}

// Asks for what the profile leaves open, then fills the form in.
function fill_blanks(frm, profile) {
	const field = (fieldtype) => ([fieldname, label]) => ({ fieldname, fieldtype, label });
	const dialog = new frappe.ui.Dialog({
		title: __("Your Values for {0}", [profile.label]),
		fields: [
			{ fieldname: "note", fieldtype: "HTML", options: `<p>${frappe.utils.escape_html(profile.note)}</p>` },
			...Object.entries(profile.blanks).map(field("Data")),
			...Object.entries(profile.secrets).map(field("Password")),
			{ fieldname: "about", fieldtype: "HTML", options: about_profile(profile) },
		],
		primary_action_label: __("Fill In"),
		primary_action: async (entered) => {
			dialog.hide();
			await fill_in(frm, profile, entered);
			frappe.show_alert({ message: __("Filled in. Check it and save."), indicator: "green" });
		},
	});
	dialog.show();
}

// Where the form comes from, and what of it nobody has seen.
function about_profile({ page, support, assumed }) {
	const escape = frappe.utils.escape_html;
	const link = `<a href="${encodeURI(page)}" target="_blank" rel="noopener noreferrer">${escape(page)}</a>`;
	const parts = [`<p>${__("{0}: based on {1}, not tested on a live account.", [escape(support), link])}</p>`];
	if (assumed.length) {
		const items = assumed.map((text) => `<li>${escape(text)}</li>`).join("");
		parts.push(`<p>${__("Assumed:")}</p><ul class="pl-4">${items}</ul>`);
	}
	return `<div class="text-muted small">${parts.join("")}</div>`;
}

async function fill_in(frm, { profile, label, blanks, secrets }, entered) {
	const texts = Object.fromEntries(Object.keys(blanks).map((name) => [name, entered[name] || ""]));
	const values = await ask("load_profile", { profile, blanks: texts }, __("Loading the profile"));
	for (const name of Object.keys(secrets)) if (entered[name]) values[name] = entered[name];
	if (!frm.doc.account_name) values.account_name = label;
	for (const [name, value] of Object.entries(values)) {
		if (!Array.isArray(value)) {
			await frm.set_value(name, value);
			continue;
		}
		frm.clear_table(name);
		for (const row of value) frm.add_child(name, row);
		frm.refresh_field(name);
	}
	await list_providers(frm);
}
