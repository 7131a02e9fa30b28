// The extensions a PBX lists, offered on the User form to whoever may set one: looked up once the field is entered.
export function offer_extensions() {
	document.addEventListener("focusin", async ({ target }) => {
		if (!target.matches?.("input[data-fieldname=pbx_extension]")) return;
		await frappe.require("c2c_account.bundle.js");
		window.c2c_account.list_extensions(target);
	});
}
