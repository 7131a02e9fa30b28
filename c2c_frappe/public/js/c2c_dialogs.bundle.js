import { open_dial_pad } from "./click/dial_pad_dialog";
import { open_wrap_up } from "./strip/wrap_up_dialog";

window.c2c_dialogs = { open_dial_pad, open_wrap_up };
