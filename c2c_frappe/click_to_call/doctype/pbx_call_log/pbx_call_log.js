// The form of a call: its recording, and which other records have its number. Its buttons to call again and to wrap
// up are in public/js/click/form_button.js.

frappe.ui.form.on("PBX Call Log", {
	refresh(frm) {
		const { others = [], recording } = frm.doc.__onload || {};
		frm.get_field("others").$wrapper.html(others.length ? others_html(others) : "");
		show_player(frm, recording);
		if (recording?.may_delete) frm.add_custom_button(__("Delete Recording"), () => delete_recording(frm));
	},
});

const labelled = (label) => `<label class="control-label">${label}</label>`;

function others_html(others) {
	const escape = frappe.utils.escape_html;
	const links = others.map(
		({ type, title, url }) => `<li>${escape(type)} <a href="${escape(url)}">${escape(title)}</a></li>`,
	);
	return `${labelled(__("Other Records with This Number"))}<ul>${links.join("")}</ul>`;
}

// The browser's own player; what keeps it from playing the server says in words.
function show_player(frm, recording) {
	const place = frm.get_field("recording").$wrapper.empty();
	if (!recording) return;
	const player = document.createElement("audio");
	Object.assign(player, { controls: true, preload: "none", src: recording.source });
	player.setAttribute("aria-label", __("Recording"));
	player.setAttribute("controlslist", "nodownload");
	player.style.cssText = "display: block; width: 100%; height: 40px; margin: 4px 0 16px";
	player.addEventListener("error", () => say_why(recording.source));
	place.append(labelled(__("Recording")), player);
}

async function say_why(source) {
	const answer = await fetch(source, { headers: { Range: "bytes=0-1" } });
	if (answer.ok) return;
	const { _server_messages } = await answer.json();
	const [message] = JSON.parse(_server_messages || "[]");
	frappe.msgprint({
		title: __("Recording"),
		indicator: "orange",
		message: message ? JSON.parse(message).message : __("The recording cannot be played."),
	});
}

function delete_recording(frm) {
	frappe.confirm(__("The link is permanently deleted. The PBX keeps the file."), async () => {
		await frappe.xcall("c2c_frappe.api.recording.delete", { call: frm.docname });
		await frm.reload_doc();
	});
}
