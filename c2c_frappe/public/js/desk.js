// The table of contents of the Desk's side: what is set up, once, before the Desk starts. For users who may
// not call nothing happens here: they see plain numbers, and a handler set by another app stays theirs.
import { call_now } from "./click/call";
import { listen_for_clicks } from "./click/clicks";
import { offer_dial_pad } from "./click/dial_pad";
import { add_call_buttons } from "./click/form_button";
import { set_handler } from "./click/handler";
import { show_lines } from "./click/lines";
import { offer_phones } from "./click/my_phone";
import { extend_search_bar } from "./click/search_bar";
import { add_icons } from "./icons/icons";
import { add_list_icons } from "./icons/list_icons";
import { add_preview_icons } from "./icons/preview_icons";
import { offer_to_call_these } from "./lists/call_these";
import { offer_lists } from "./lists/door";
import { start_strip } from "./strip/strip";
import { offer_extensions } from "./extension_choices";
import { set_up_own_forms } from "./own_forms";

if (frappe.boot?.c2c) {
	set_handler();
	listen_for_clicks();
	add_icons();
	add_list_icons();
	add_preview_icons();
	add_call_buttons();
	if (frappe.boot.c2c.any_number) {
		extend_search_bar();
		offer_dial_pad();
	}
	if (frappe.boot.c2c.phones) offer_phones();
	show_lines();
	start_strip(call_now);
	offer_lists();
	offer_to_call_these();
}
if (frappe.boot?.c2c || frappe.boot?.c2c_accounts) set_up_own_forms();
if (frappe.boot?.user?.roles?.includes("System Manager")) offer_extensions();
