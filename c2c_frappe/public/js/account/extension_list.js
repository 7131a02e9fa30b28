// The extensions a PBX lists, as the browser's own choices of a field. Asked for once for each account: opening a form asks
// no PBX.
const API = "c2c_frappe.api.account";
const LIST = "c2c-extensions";

export function list_extensions(input) {
	const { frm } = input.closest(".frappe-control")?.fieldobj || {};
	if (frm?.doctype !== "User") return;
	input.setAttribute("list", LIST);
	fill(frm.doc.pbx_account || "");
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
