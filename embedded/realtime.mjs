// A small stand-in for Frappe's realtime server: the rooms of frappe/realtime.py, fed by the channel "events"
// of the site's Redis. Who may join a room is asked from the site itself, with the page's own cookie.
// usage: node realtime.mjs NODE_MODULES CONFIG   (CONFIG is the common_site_config.json)
import fs from "fs";
import http from "http";
import net from "net";
import path from "path";
import { createRequire } from "module";

const [nodeModules, configFile] = process.argv.slice(2);
const { Server } = createRequire(path.join(nodeModules, "/"))("socket.io");
const config = JSON.parse(fs.readFileSync(configFile));
const web = `http://127.0.0.1:${config.webserver_port}`;
const origins = [web, `http://localhost:${config.webserver_port}`];

const server = http.createServer();
const io = new Server(server, { cors: { origin: origins, credentials: true }, cleanupEmptyChildNamespaces: true });
const sites = io.of(/^\/.*$/);

async function ask(socket, method, args) {
	const { cookie = "", authorization } = socket.request.headers;
	const headers = authorization ? { Authorization: authorization } : { Cookie: cookie };
	const reply = await fetch(`${web}/api/method/${method}?${new URLSearchParams(args)}`, { headers });
	return (await reply.json()).message;
}

async function mayRead(socket, doctype, name = "") {
	try {
		return Boolean(await ask(socket, "frappe.realtime.has_permission", { doctype, name }));
	} catch {
		return false;
	}
}

sites.use(async (socket, next) => {
	try {
		if (!origins.includes(socket.request.headers.origin)) throw new Error("Invalid origin");
		const info = await ask(socket, "frappe.realtime.get_user_info", {});
		socket.user = info.user;
		socket.isSystemUser = info.user_type === "System User";
		next();
	} catch (error) {
		next(error);
	}
});

sites.on("connection", (socket) => {
	socket.join([`user:${socket.user}`, "website"]);
	if (socket.isSystemUser) socket.join("all");
	const joinIfMayRead = (room) => async (doctype, name) => {
		if (await mayRead(socket, doctype, name)) socket.join(room(doctype, name));
	};
	socket.on("doctype_subscribe", joinIfMayRead((doctype) => `doctype:${doctype}`));
	socket.on("doctype_unsubscribe", (doctype) => socket.leave(`doctype:${doctype}`));
	socket.on("doc_subscribe", joinIfMayRead((doctype, name) => `doc:${doctype}/${name}`));
	socket.on("doc_unsubscribe", (doctype, name) => socket.leave(`doc:${doctype}/${name}`));
	socket.on("doc_open", joinIfMayRead((doctype, name) => `open_doc:${doctype}/${name}`));
	socket.on("doc_close", (doctype, name) => socket.leave(`open_doc:${doctype}/${name}`));
	for (const kind of ["task", "progress"]) {
		socket.on(`${kind}_subscribe`, (task) => socket.join(`task_progress:${task}`));
		socket.on(`${kind}_unsubscribe`, (task) => socket.leave(`task_progress:${task}`));
	}
});

function deliver(text) {
	const { namespace, room, event, message } = JSON.parse(text);
	const site = io.of(`/${namespace}`);
	(room ? site.to(room) : site).emit(event, message);
}

// Redis' protocol is an array of strings and numbers: three lines of it do not need a client library.
// Returns [parts, bytes used], or null when the reply is not complete yet.
function readReply(buffer) {
	const text = buffer.toString("latin1");
	let position = text.indexOf("\r\n") + 2;
	if (position < 2) return null;
	const parts = [];
	for (let left = Number(text.slice(1, position - 2)); left > 0; left--) {
		const end = text.indexOf("\r\n", position);
		if (end < 0) return null;
		const start = end + 2;
		if (text[position] === ":") {
			parts.push(Number(text.slice(position + 1, end)));
			position = start;
			continue;
		}
		const size = Number(text.slice(position + 1, end));
		if (text.length < start + size + 2) return null;
		parts.push(buffer.subarray(start, start + size).toString());
		position = start + size + 2;
	}
	return [parts, position];
}

const redis = net.connect(Number(new URL(config.redis_queue).port), "127.0.0.1");
let received = Buffer.alloc(0);
redis.write("SUBSCRIBE events\r\n");
redis.on("data", (chunk) => {
	received = Buffer.concat([received, chunk]);
	for (let reply = readReply(received); reply; reply = readReply(received)) {
		received = received.subarray(reply[1]);
		if (reply[0][0] === "message") deliver(reply[0][2]);
	}
});
redis.on("close", () => process.exit(1));
server.listen(config.socketio_port, "127.0.0.1");
