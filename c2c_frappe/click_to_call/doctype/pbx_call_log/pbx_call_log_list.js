// The list of calls is a list of people: whom each was with, and by whom. A call's name is a hash nobody reads.

const people = {};

// Reports group by whatever a DocType has: what its reader may not read is no field here.
const meta = frappe.get_meta("PBX Call Log");
meta.fields = meta.fields.filter(({ permlevel }) => frappe.perm.has_perm("PBX Call Log", permlevel, "read"));

frappe.listview_settings["PBX Call Log"] = {
	hide_name_column: true,
	add_fields: ["direction"],
	formatters: {
		number: (number, _df, call) => title_of(call),
		duration: (seconds) => cell(seconds ? frappe.utils.get_formatted_duration(seconds) : ""),
		requested_at: (time) => cell(moment(frappe.datetime.convert_to_user_tz(time)).format("D MMM HH:mm")),
		agent: (agent) => cell(agent ? frappe.user.full_name(agent) : ""),
	},
	onload(list) {
		head_people(list);
		// public/js/click/dial_pad.js opens it.
		if (frappe.boot.c2c?.any_number) {
			list.page.add_inner_button(__("Dial a Number"), () => window.dispatchEvent(new Event("c2c-dial")));
		}
		if (!frappe.user.has_role(["PBX Manager", "System Manager"])) return;
		list.page.add_inner_button(__("My Calls"), () => {
			list.filter_area.add([["PBX Call Log", "agent", "=", frappe.session.user]]);
		});
	},
	async refresh(list) {
		head_people(list);
		await name_agents(list);
		const unknown = list.data.map(({ name }) => name).filter((name) => !(name in people));
		if (!unknown.length) return;
		const calls = unknown.slice(0, 100);
		calls.forEach((name) => (people[name] = ""));
		Object.assign(people, await frappe.xcall("c2c_frappe.api.call.people", { calls }));
		list.data.forEach((call) => show_person(list, call));
	},
};

// Frappe 16 takes what is no element for a selector of one, and draws no list where it is none.
function cell(text) {
	return `<span>${frappe.utils.escape_html(text)}</span>`;
}

// The first column is the number's, and shows people: to sort by it would sort the numbers.
function head_people(list) {
	const first = list.view_name === "List" && list.columns[0];
	if (first?.type !== "Subject") return;
	if (first.df.label !== "Name") {
		first.df = { ...first.df, label: "Name" };
		list.render_header(true);
	}
	list.$result.find(".list-row-head .list-subject [data-sort-by]").removeAttr("data-sort-by title");
}

// Frappe knows the names of those alone who have written in the list in sight.
async function name_agents(list) {
	const unnamed = list.data.filter(({ agent }) => agent && frappe.user.full_name(agent) === agent);
	if (!unnamed.length || list.view_name !== "List") return;
	const calls = unnamed.slice(0, 100).map(({ name }) => name);
	const names = await frappe.xcall("c2c_frappe.api.call.agents", { calls });
	for (const [user, fullname] of Object.entries(names)) {
		frappe.boot.user_info[user] = { ...frappe.boot.user_info[user], name: user, fullname };
	}
	list.render();
}

// An arrow tells calls that came in and went out apart.
function title_of({ name, number, direction }) {
	const arrow = direction === "Incoming" ? "↙" : "↗";
	return `${arrow} ${people[name] || number || __("Unknown Number")}`;
}

function show_person(list, call) {
	const link = list.$result.get(0).querySelector(`.list-subject a[data-name="${CSS.escape(call.name)}"]`);
	if (!link) return;
	link.textContent = link.title = title_of(call);
	// Frappe lets a long title run out of its column.
	link.parentElement.style.flexShrink = 1;
}
