// A call by the device the browser runs on: a link that says so, and how a number is handed over once the server logged it.

export function device_link() {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "c2c-device btn btn-xs btn-link";
	button.textContent = __("Call with This Device");
	return button;
}

// As a click on a link in a page: what the device does with it is the browser's matter. Our own listener lets it pass.
export function open_with_device(url) {
	const link = document.createElement("a");
	link.href = url;
	link.dataset.c2cDevice = "";
	document.body.append(link);
	link.click();
	link.remove();
}
