// One question of an account's dialogs to the server, with the page frozen while it is on its way.
const API = "c2c_frappe.api.account";

export async function ask(method, args, freeze_message) {
	const { message } = await frappe.call({ method: `${API}.${method}`, args, freeze: true, freeze_message });
	return message;
}
