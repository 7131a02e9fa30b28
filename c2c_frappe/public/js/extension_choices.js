// The extensions a PBX lists, offered on the User form to whoever may set one. Asked for when the field is entered,
// and once for each account: opening a form asks no PBX.
const API = "c2c_frappe.api.account";
const LIST = "c2c-extensions";

export function offer_extensions() {
	document.addEventListener("focusin", ({ target }) => {
		if (!target.matches?.("input[data-fieldname=pbx_extension]")) return;
		const { frm } = target.closest(".frappe-control")?.fieldobj || {};
		if (frm?.doctype !== "User") return;
		target.setAttribute("list", LIST);
		fill(frm.doc.pbx_account || "");
	});
}

async function fill(account) {
	const list = document.getElementById(LIST) || document.body.appendChild(document.createElement("datalist"));
	if (list.dataset.account === account) return;
	list.id = LIST;
	list.dataset.account = account;
	list.replaceChildren();
	const phones = await frappe.xcall(`${API}.phones`, { account }).catch(() => []);
	if (list.dataset.account !== account) return;
	list.replaceChildren(...phones.map(({ value, description }) => new Option(description, value)));
}
