// Which of the user's phones rings: chosen in this browser, and no more than the name of its row is kept and sent.
import { dialogs } from "../dialogs";
import { add_shortcut, make_searchable, settings, user } from "../frappe_desk";

const key = () => `c2c_frappe:phone:${user()}`;

// {row, label, extension}; where there is only one phone, its extension alone. One that is listed no longer is not chosen.
export const my_phone = () =>
	settings().phones?.find(({ row }) => row === localStorage.getItem(key())) || settings().phones?.[0] || settings();

export const keep_phone = (row) => localStorage.setItem(key(), row);

export function offer_phones() {
	const open = async () => void (await dialogs()).choose_phone();
	make_searchable(open, __("My Phone"));
	add_shortcut("alt+shift+p", __("Choose the Phone That Rings"), open);
}
