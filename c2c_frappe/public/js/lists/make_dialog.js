// "Call These": a list of the rows that are chosen in a list view, or of all that its filters find. The server decides which of
// them the user may read, and which have a number.
import { say, show_form } from "../frappe_desk";
import { open_dialog } from "../frappe_dialog";
import { post } from "../server";

export function ask_for_list(view, is_chosen) {
	const { doctype } = view;
	const names = is_chosen ? view.get_checked_items(true) : [];
	const which = is_chosen ? { names } : { filters: view.get_filters_for_args() };
	const dialog = open_dialog({
		title: __("Call These"),
		fields: [
			{ fieldtype: "HTML", fieldname: "about" },
			{ fieldtype: "Data", fieldname: "title", label: __("Title"), reqd: 1 },
			{
				fieldtype: "Small Text",
				fieldname: "purpose",
				label: __("Purpose"),
				reqd: 1,
				max_height: "80px",
				description: __("What the calls are for. Everyone who works the list sees it."),
			},
		],
		parts: { about: about(names.length) },
		label: __("Make List"),
		act: (values) => make({ ...values, doctype, ...which }, dialog),
		on_open: ({ body }) => body.querySelector("input").focus(),
	});
}

function about(chosen) {
	const line = document.createElement("p");
	line.className = "text-muted";
	line.textContent = chosen
		? __("{0} records are chosen.", [chosen])
		: __("All records that the list's filters find, at most 5,000.");
	return line;
}

async function make(wanted, dialog) {
	dialog.set_busy(true);
	dialog.say_fault("");
	try {
		const { list, entries, without_number: without } = await post("call_list.make", wanted);
		dialog.close();
		const left_out = without ? ` ${__("{0} without a phone number were left out.", [without])}` : "";
		say(`${__("The list has {0} entries.", [entries])}${left_out}`, "green");
		show_form("PBX Call List", list);
	} catch (error) {
		dialog.say_fault(error.message);
		dialog.set_busy(false);
	}
}
