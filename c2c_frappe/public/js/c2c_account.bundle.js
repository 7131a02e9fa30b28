import { list_extensions } from "./account/extension_list";
import { edit_extensions } from "./account/extensions_dialog";
import { open_preview } from "./account/preview_dialog";
import { choose_provider, list_providers } from "./account/providers";
import { lead_to_field } from "./own_forms";

window.c2c_account = { choose_provider, edit_extensions, lead_to_field, list_extensions, list_providers, open_preview };
