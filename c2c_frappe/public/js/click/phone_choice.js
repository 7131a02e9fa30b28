// The user's phones to choose from: in a dialog, and in the dial pad. Which there are the server said at boot.
import { say, settings } from "../frappe_desk";
import { button_of, pick } from "./chooser";
import { keep_phone, my_phone } from "./my_phone";

export async function choose_phone() {
	const { phones } = settings();
	const buttons = phones.map(({ label, extension }) => button_of({ label, number: extension }));
	const index = await pick(__("Which phone should ring?"), buttons, phones.indexOf(my_phone()));
	if (index === null) return;
	keep_phone(phones[index].row);
	say(__("{0} now rings for your calls.", [phones[index].label]), "green");
}

// The same as a list to pull down; nothing where there is no choice.
export function phone_select() {
	const { phones } = settings();
	if (!phones) return [];
	const select = document.createElement("select");
	select.className = "form-control c2c-pad-phone";
	select.setAttribute("aria-label", __("My Phone"));
	select.append(...phones.map(({ row, label, extension }) => new Option(`${label} · ${extension}`, row)));
	select.value = my_phone().row;
	select.addEventListener("change", () => keep_phone(select.value));
	return [select];
}
