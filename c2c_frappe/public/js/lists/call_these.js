// "Call These" in the list views of records with numbers: of the rows that are chosen, or in the menu of all the list finds.
import { FORMS } from "../click/form_button";
import { has_numbers } from "../click/phone_fields";
import { wrap_list_actions } from "../patches";
import { open_lists } from "./door";

export function offer_to_call_these() {
	wrap_list_actions((view, items, is_chosen) => {
		const is_offered = FORMS.has(view.doctype) || has_numbers(view.doctype);
		const action = () => open_lists({ view, is_chosen });
		return is_offered ? [...items, { label: __("Call These"), action, standard: true }] : items;
	});
}
