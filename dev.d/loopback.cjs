// For `node -r`: whatever listens, listens on 127.0.0.1, and names ending in .localhost mean 127.0.0.1.
// Frappe's realtime server listens on every interface, and asks the site's own address who a browser is,
// which on most machines resolves in browsers only.
const dns = require("dns");
const net = require("net");

const LOOPBACK = "127.0.0.1";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
	if (first && typeof first === "object" && first.port !== undefined) {
		return listen.call(this, { ...first, host: LOOPBACK }, ...rest);
	}
	if (Number.isInteger(Number(first))) {
		return listen.call(this, { port: Number(first), host: LOOPBACK }, rest.find((value) => typeof value === "function"));
	}
	return listen.call(this, first, ...rest);
};

const lookup = dns.lookup;
dns.lookup = function (name, options, callback) {
	const done = callback || options;
	if (!/(^|\.)localhost$/.test(name)) return lookup.call(dns, name, options, callback);
	const all = typeof options === "object" && options.all;
	process.nextTick(() => (all ? done(null, [{ address: LOOPBACK, family: 4 }]) : done(null, LOOPBACK, 4)));
};
