// The form of a call: which other records have its number. Its buttons are in public/js/form_button.js.

frappe.ui.form.on("PBX Call Log", {
	refresh(frm) {
		const escape = frappe.utils.escape_html;
		const links = (frm.doc.__onload?.others || []).map(
			({ type, title, url }) => `<li>${escape(type)} <a href="${escape(url)}">${escape(title)}</a></li>`,
		);
		const label = `<label class="control-label">${__("Others with this number")}</label>`;
		frm.get_field("others").$wrapper.html(links.length ? `${label}<ul>${links.join("")}</ul>` : "");
	},
});
