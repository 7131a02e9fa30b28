// A phone icon beside the name in the preview that opens over a link, for records whose forms have a Call button.
import { FORMS } from "../click/form_button";
import { record_button } from "../click/record_button";
import { wrap_link_preview } from "../patches";

export function add_preview_icons() {
	wrap_link_preview(({ doctype }, drawn, shown) => {
		const html = drawn(shown);
		return FORMS.has(doctype) ? with_icon(html, doctype, shown) : html;
	});
}

function with_icon(html, doctype, { name, preview_title }) {
	const page = document.createElement("template");
	page.innerHTML = html;
	const title = preview_title || name;
	const button = record_button({ doctype, name, title }, __("Call {0}", [title]));
	page.content.querySelector(".preview-name")?.insertAdjacentHTML("beforeend", ` ${button}`);
	return page.innerHTML;
}
