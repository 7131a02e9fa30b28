// Puts text on the page, always as text. A phone number inside it keeps its order in right-to-left languages.

export function set_text(element, text, number = "") {
	const content = String(text ?? "");
	if (element.textContent === content) return;
	const [before, ...rest] = number ? content.split(number) : [content];
	element.replaceChildren(before);
	for (const after of rest) element.append(left_to_right(number), after);
}

function left_to_right(number) {
	const span = document.createElement("bdi");
	span.dir = "ltr";
	span.textContent = number;
	return span;
}
