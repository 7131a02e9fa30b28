// Calls on a Lead's or Deal's own page of Frappe CRM, beyond its popup: which number, hanging up, the wrap-up, why not.
// Decides nothing: the server does. Frappe CRM runs it as a form script, one copy for each of both; the server puts that
// record type in place of the name of what is below. It is loaded for whoever opens such a page, and shows nothing to
// those who may not call.
class CalledRecord {
	async onLoad() {
		if (!this.doc.name || !(await this.ask("frappe_crm.offers_calls"))) return;
		this.show();
		// A page that was left is not told so: one listener for all, and each call is shown where its record is.
		const pages = (window.c2c_call_pages ??= new Map());
		if (!pages.size) this.socket.on("pbx_call", (reply) => pages.get(key_of(reply.record))?.follow(reply));
		pages.set(key_of(this.doc), this);

		function key_of(record) {
			return record && `${record.doctype} ${record.name}`;
		}
	}

	// `reply` is how the latest call of this record stands, as the server tells it; one that is `is_gone` says less.
	follow(reply) {
		if (reply.is_gone) return;
		const is_ended = reply.call === this.reply?.call && this.reply.is_over;
		if (!is_ended || reply.is_over) this.reply = reply;
		this.show();
	}

	show() {
		const reply = this.reply;
		const is_going_on = reply && !reply.is_over && reply.status !== "Failed";
		const label = is_going_on ? `${__("Call")} · ${__(reply.status)}` : __("Call");
		const ours = [{ label, icon: "phone", onClick: () => this.alone(() => this.choose()) }];
		if (reply?.can_hang_up) {
			ours.push({ label: __("Hang Up"), icon: "phone-off", onClick: () => this.alone(() => this.hang_up()) });
		}
		// Nor has an older Frappe CRM one with fields.
		if (reply?.call && reply.status !== "Failed" && !reply.is_others && this.formDialog) {
			ours.push({ label: __("Wrap Up"), icon: "edit-3", onClick: () => this.alone(() => this.wrap_up()) });
		}
		const others = this.actions.filter((action) => !action.is_of_calls);
		this.actions = [...others, ...ours.map((action) => ({ ...action, is_of_calls: true }))];
	}

	// One question at a time: a second press meanwhile is none.
	async alone(act) {
		if (this.is_busy) return;
		this.is_busy = true;
		try {
			await act();
		} catch (error) {
			this.toast.error(error.message);
		} finally {
			this.is_busy = false;
		}
	}

	async ask(method, args) {
		try {
			return await this.call(`c2c_frappe.api.${method}`, args);
		} catch (error) {
			throw new Error(error.messages?.[0] || error.message);
		}
	}

	async choose() {
		const { doctype, name } = this.doc;
		const { numbers, title, message, fix } = await this.ask("call.numbers", { doctype, name });
		if (!numbers.length) return this.say_why_not(message, fix);
		if (numbers.length === 1) return this.dial(numbers[0], numbers);
		const actions = numbers.map((entry) => ({
			label: this.describe(entry),
			onClick: (dialog) => {
				(dialog.close || dialog)();
				this.alone(() => this.dial(entry, numbers));
			},
		}));
		// One below the other; before April 2026 Frappe CRM had no dialog but the one that puts them side by side.
		const show_dialog = this.formDialog || this.createDialog;
		show_dialog({ title: __("Which number of {0}?", [title]), fields: [], actions });
	}

	describe({ label, number, local_time, do_not_call }) {
		return [label, number, local_time, do_not_call && __("Do Not Call")].filter(Boolean).join(" · ");
	}

	async dial(entry, entries) {
		const { fieldname, row, number } = entry;
		// A field that holds several numbers says which by the number itself; else the field is enough.
		const is_alone = entries.filter((other) => other.fieldname === fieldname && other.row === row).length === 1;
		const record = { reference_doctype: this.doc.doctype, reference_name: this.doc.name };
		const chosen = is_alone ? { fieldname, row } : { fieldname, row, number };
		const reply = await this.ask("call.dial", { ...record, ...chosen, request_id: new_id() });
		if (reply.status === "Failed") return this.say_why_not(reply.message, reply.fix);
		// What was heard of it since is newer.
		if (this.reply?.call !== reply.call) this.follow(reply);
		if (reply.message) this.toast.success(reply.message);

		// crypto.randomUUID exists on HTTPS pages only.
		function new_id() {
			const bytes = crypto.getRandomValues(new Uint8Array(16));
			return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
		}
	}

	// `fix` is the record that cures it, for those who may change it.
	say_why_not(message, fix) {
		const open = { label: fix?.label, variant: "solid", onClick: () => window.open(fix?.url, "_blank", "noopener") };
		this.createDialog({ title: __("The call could not be placed."), message, actions: fix ? [open] : [] });
	}

	async hang_up() {
		this.follow(await this.ask("call.hang_up", { call: this.reply.call }));
	}

	async wrap_up() {
		const { call } = this.reply;
		const form = await this.ask("call.wrap_up_form", { call });
		const outcomes = form.dispositions.map((name) => ({ label: __(name), value: name }));
		await this.formDialog({
			title: form.title ? __("Wrap Up: {0}", [form.title]) : __("Wrap Up"),
			fields: [
				{ fieldname: "disposition", fieldtype: "Select", label: __("Call Outcome"), options: outcomes },
				{ fieldname: "notes", fieldtype: "Small Text", label: __("Notes") },
				{ fieldname: "follow_up_on", fieldtype: "Datetime", label: __("Follow-up Time") },
			],
			defaults: { disposition: form.disposition, notes: form.notes },
			submitLabel: __("Save"),
			// What it throws stands in the dialog, which stays open.
			onSubmit: async (words) => {
				this.follow(await this.ask("call.wrap_up", { call, ...words, before: form.notes }));
				this.toast.success(__("Call wrapped up."));
			},
		});
	}
}
