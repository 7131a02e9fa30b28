// Which list this user works, and which of its entries and calls is before them, for a reload and other tabs of theirs. No
// name of a person and no number is kept.
import { user } from "../frappe_desk";

export const KEY = "c2c_frappe:list";

export const keep = (list, entry, call) => (localStorage[KEY] = JSON.stringify({ list, entry, call, user: user() }));

export const forget = () => localStorage.removeItem(KEY);

// {list, entry, call} of this user, or null; entry and call are "" where there is none.
export function kept() {
	const found = JSON.parse(localStorage.getItem(KEY));
	return found?.user === user() ? found : null;
}
