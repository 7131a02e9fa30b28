import { choose, choose_owner } from "./click/chooser";
import { open_with_device } from "./click/device_call";
import { open_dial_pad } from "./click/dial_pad_dialog";
import { choose_phone } from "./click/phone_choice";
import { ask_second_call } from "./click/second_call";
import { draw_caller, offer_call_back } from "./strip/caller_card";
import { offer_notices, show_notice, tell_follow_up } from "./strip/desktop_notice";
import { flush_notes, show_notes } from "./strip/notes";
import { ask_reason } from "./strip/override_dialog";
import { open_wrap_up } from "./strip/wrap_up_dialog";

window.c2c_dialogs = {
	ask_reason,
	ask_second_call,
	choose,
	choose_owner,
	choose_phone,
	draw_caller,
	flush_notes,
	offer_call_back,
	offer_notices,
	open_dial_pad,
	open_with_device,
	open_wrap_up,
	show_notes,
	show_notice,
	tell_follow_up,
};
