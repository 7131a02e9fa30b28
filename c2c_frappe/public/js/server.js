// Questions to the server. Each is asked once: neither frappe.call nor anything here sends it again.
import { csrf_token } from "./frappe_desk";

const PATIENCE = 60000; // ms; the server itself gives up on a PBX long before

// What to tell a person; `is_unanswered` when the server may have acted all the same.
export class ServerError extends Error {
	constructor(message, is_unanswered = false) {
		super(message);
		this.is_unanswered = is_unanswered;
	}
}

export function get(method, args) {
	return ask(`${address(method)}?${new URLSearchParams(args)}`, { method: "GET" });
}

export function post(method, args) {
	// keepalive: leaving the page must not cut off the answer to a call that is already on its way.
	return ask(address(method), {
		method: "POST",
		body: JSON.stringify(args),
		keepalive: true,
	});
}

// Of `api/call.py`, unless it names another module: "call_list.next_entry".
function address(method) {
	return `/api/method/c2c_frappe.api.${method.includes(".") ? "" : "call."}${method}`;
}

async function ask(url, options) {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), PATIENCE);
	try {
		const response = await fetch(url, { ...options, headers: headers(), signal: abort.signal });
		return await read(response, options.method);
	} catch (error) {
		if (error instanceof ServerError) throw error;
		throw unanswered(options.method);
	} finally {
		clearTimeout(timer);
	}
}

function headers() {
	return {
		Accept: "application/json",
		"Content-Type": "application/json",
		"X-Frappe-CSRF-Token": csrf_token(),
	};
}

async function read(response, method) {
	const body = await response.json();
	if (response.ok && body.message) return body.message;
	if (response.status >= 500) throw unanswered(method);
	if (body.session_expired) throw new ServerError(__("You are logged out. Log in and call again."));
	throw new ServerError(
		said_by_server(body) || __("The server refused this call. Ask your administrator whether you may call.")
	);
}

function unanswered(method) {
	return method === "POST"
		? new ServerError(
				__("The ERP server did not respond. Check the log before trying again."),
				true
		  )
		: new ServerError(__("The ERP server did not respond, and nothing was dialed. Try again."));
}

function said_by_server(body) {
	try {
		const texts = JSON.parse(body._server_messages).map((text) => JSON.parse(text).message);
		return new DOMParser().parseFromString(texts.join(" "), "text/html").body.textContent;
	} catch {
		return "";
	}
}
