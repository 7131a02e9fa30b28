// A phone icon beside the name in the preview that opens over a link, for records whose forms have a Call button.
import { FORMS } from "../click/form_button";
import { record_button } from "../click/record_button";

export function add_preview_icons() {
	const preview = frappe.ui.LinkPreview?.prototype;
	const drawn = preview?.get_popover_html;
	if (!drawn) return;
	preview.get_popover_html = function (shown) {
		const html = drawn.call(this, shown);
		return FORMS.has(this.doctype) ? with_icon(html, this.doctype, shown) : html;
	};
}

function with_icon(html, doctype, { name, preview_title }) {
	const page = document.createElement("template");
	page.innerHTML = html;
	const title = preview_title || name;
	const button = record_button({ doctype, name, title }, __("Call {0}", [title]));
	page.content.querySelector(".preview-name")?.insertAdjacentHTML("beforeend", ` ${button}`);
	return page.innerHTML;
}
