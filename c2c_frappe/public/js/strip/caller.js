// Who is calling, in the strip: the records with the number, each a link, or the way to enter a new one.

export function draw_caller(place, { caller, number }) {
	place.replaceChildren(...(caller ? rows(caller, number) : []));
}

function rows({ records, new: place }, number) {
	if (place) return [text(__("No record has this number.")), new_button(place, number)];
	return records.map(({ type, title, url }) => {
		const row = text(`${type} `);
		const link = document.createElement("a");
		link.href = url;
		link.textContent = title;
		row.append(link);
		return row;
	});
}

function text(words) {
	const line = document.createElement("div");
	line.textContent = words;
	return line;
}

function new_button({ doctype, type, table, fieldname }, number) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "btn btn-xs btn-default";
	button.textContent = __("Create {0}", [type]);
	button.addEventListener("click", () => enter_new(doctype, table, fieldname, number));
	return button;
}

// A new form with the number in it; nothing is saved until the user does.
function enter_new(doctype, table, fieldname, number) {
	frappe.model.with_doctype(doctype, () => {
		const record = frappe.model.get_new_doc(doctype);
		const holder = table ? frappe.model.add_child(record, table) : record;
		holder[fieldname] = number;
		frappe.set_route("Form", doctype, record.name);
	});
}
