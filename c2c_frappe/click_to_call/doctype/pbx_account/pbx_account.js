// The form of a PBX account: provider names as people know them, and "Test connection".

frappe.ui.form.on("PBX Account", {
	refresh(frm) {
		frm.set_df_property("provider", "options", [
			{ value: "commpeak", label: "CommPeak" },
			{ value: "primevox", label: "Primevox" },
		]);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Test connection"), () => test_connection(frm));
		}
	},
});

async function test_connection(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
		return;
	}
	const { message: found } = await frappe.call({
		method: "c2c_frappe.api.account.test_connection",
		args: { account: frm.doc.name },
		freeze: true,
		freeze_message: __("Asking the PBX. No phone will ring."),
	});
	frappe.msgprint({
		title: __("Test connection"),
		indicator: found.ok === false ? "red" : found.ok ? "green" : "orange",
		message: describe(found),
	});
}

function describe(found) {
	const escape = frappe.utils.escape_html;
	const parts = [`<p>${escape(found.message)}</p>`];
	if (found.unchecked.length) {
		const items = found.unchecked.map((text) => `<li>${escape(text)}</li>`).join("");
		parts.push(`<p>${__("Not checked:")}</p><ul>${items}</ul>`);
	}
	if (found.request) {
		parts.push(`<p class="text-muted">${__("Sent:")} <code>${escape(found.request)}</code></p>`);
	}
	return parts.join("");
}
