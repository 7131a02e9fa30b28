"""Where the Desk offers a call: one icon per phone number, one Call button, and nothing for who may not call."""

import re
import secrets

import pytest
from desk_page import NUMBERS

PASSWORD = "Quiet-Harbour-41-lamp"
# The icons on the open form by the field they stand on, whoever drew them; tabs not in sight count too.
COUNT = """() => {
	const found = {};
	for (const icon of cur_frm.wrapper.querySelectorAll(".phone-btn")) {
		const field = icon.closest(".frappe-control").dataset.fieldname;
		if (getComputedStyle(icon).display !== "none") found[field] = (found[field] || 0) + 1;
	}
	return found;
}"""


@pytest.fixture
def lead(site):
	names = {"first_name": "Rosalind", "last_name": "Franklin", "lead_name": "Rosalind Franklin"}
	return site.admin.insert("Lead", **names, mobile_no=next(NUMBERS), phone=next(NUMBERS))


@pytest.fixture
def contact(site):
	rows = [
		{"phone": next(NUMBERS), "is_primary_mobile_no": 1},
		{"phone": next(NUMBERS), "is_primary_phone": 1},
	]
	name = f"Curie {secrets.token_hex(3)}"
	return site.admin.insert("Contact", first_name="Irene", last_name=name, phone_nos=rows)


@pytest.fixture
def unlisted(site):
	"""A user who sells and may not call."""
	user = f"quiet-{secrets.token_hex(3)}@example.com"
	roles = [{"role": "Sales User"}]
	site.admin.insert(
		"User", email=user, first_name="Quinn", send_welcome_email=0, new_password=PASSWORD, roles=roles
	)
	return user


def icons(page):
	page.wait_for_load_state("networkidle")
	return page.evaluate(COUNT)


def call_buttons(page):
	return page.locator(".page-head:visible .custom-actions button", has_text=re.compile(r"^\s*Call\s*$"))


def test_a_lead_has_one_icon_for_each_number_and_one_button(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	assert icons(page) == {"mobile_no": 1, "phone": 1}
	assert call_buttons(page).count() == 1


def test_a_contact_has_one_icon_for_each_number_and_row_and_one_button(page, open_form, contact):
	open_form(page, "Contact", contact["name"])
	assert icons(page) == {"mobile_no": 1, "phone": 1, "phone_nos": 2}
	assert call_buttons(page).count() == 1


def test_saving_reloading_and_other_records_leave_one_icon(page, open_form, site, lead, contact):
	open_form(page, "Lead", lead["name"])
	other = site.admin.insert(
		"Lead", first_name="Ida", last_name="Noddack", lead_name="Ida", phone=next(NUMBERS)
	)
	for name in (other["name"], lead["name"]):
		page.evaluate("name => frappe.set_route('Form', 'Lead', name)", name)
		page.wait_for_function("name => cur_frm.docname === name", arg=name)
	page.evaluate("() => cur_frm.reload_doc()")
	assert icons(page) == {"mobile_no": 1, "phone": 1}
	page.evaluate("() => cur_frm.set_value('whatsapp_no', '+44 7700 900999')")
	page.evaluate("() => cur_frm.save()")
	page.wait_for_function("() => !cur_frm.is_dirty()")
	assert icons(page) == {"mobile_no": 1, "phone": 1, "whatsapp_no": 1}
	page.evaluate("() => { cur_frm.set_df_property('phone', 'read_only', 1); cur_frm.refresh(); }")
	assert icons(page) == {"mobile_no": 1, "phone": 1, "whatsapp_no": 1}
	assert call_buttons(page).count() == 1


def test_a_new_record_and_a_field_without_number_have_no_icon(page, site):
	page.goto(f"{site.desk}/contact/new")
	page.wait_for_function("window.cur_frm && cur_frm.doctype === 'Contact' && cur_frm.is_new()")
	assert icons(page) == {}
	assert call_buttons(page).count() == 0


def test_an_address_has_one_though_its_phone_is_plain_text(page, open_form, site):
	values = {"address_title": f"Royal Institution {secrets.token_hex(3)}", "address_type": "Office"}
	place = {"address_line1": "21 Albemarle Street", "city": "London", "country": "United Kingdom"}
	address = site.admin.insert("Address", **values, **place, phone=next(NUMBERS), fax=next(NUMBERS))
	open_form(page, "Address", address["name"])
	assert icons(page) == {"phone": 1}
	assert call_buttons(page).count() == 1


def test_every_kind_of_phone_field_of_a_custom_doctype_is_called(
	page, open_form, site, simulator, console_errors
):
	fields = {
		"direct": {"fieldtype": "Phone"},
		"several": {"fieldtype": "Small Text", "options": "Phone"},
		"desk": {"fieldtype": "Data", "options": "Phone"},
		"switchboard": {"fieldtype": "Data", "options": "Phone", "read_only": 1},
		"fax": {"fieldtype": "Data", "options": "Phone"},
		"motto": {"fieldtype": "Data"},
	}
	doctype = f"Club {secrets.token_hex(3)}"
	site.admin.insert(
		"DocType",
		name=doctype,
		module="Contacts",
		custom=1,
		fields=[{"fieldname": name, "label": name.title(), **field} for name, field in fields.items()],
		permissions=[{"role": "Sales User", "read": 1, "write": 1}, {"role": "System Manager", "read": 1}],
	)
	numbers = {name: next(NUMBERS) for name in fields}
	second = next(NUMBERS)
	# Frappe 15 checks type Phone with numbering data of 2023, which knows no fictional mobiles.
	numbers["direct"] = "+44-2079460951"
	club = site.admin.insert(doctype, **{**numbers, "several": f"{numbers['several']}\n{second}"})
	open_form(page, doctype, club["name"])
	assert icons(page) == {"direct": 1, "several": 1, "desk": 1, "switchboard": 1}
	assert call_buttons(page).count() == 1
	for name in ("direct", "switchboard"):
		page.locator(f"[data-fieldname={name}] .c2c-icon").click()
		page.locator(".c2c-strip-status", has_text="Requested").wait_for()
		assert simulator.requests[-1]["path"].endswith(re.sub(r"\D", "", numbers[name]))
		simulator.reset()
	page.locator("[data-fieldname=several] .c2c-icon").click()
	page.locator(".c2c-choice:focus").wait_for()
	assert page.locator(".c2c-choice").count() == 2
	page.locator(".c2c-choice", has_text=second).click()
	page.locator(".c2c-strip-number, .c2c-strip-message", has_text=second).first.wait_for()
	page.locator(".c2c-strip-status", has_text="Requested").wait_for()
	assert [call["number"] for call in simulator.calls] == [re.sub(r"\D", "", second)]
	# Frappe's own control for type Phone fetches flags from the Internet, and may be asked for its value before
	# its list of countries has come.
	frappes = re.compile(r"flagcdn\.com|undefined \(reading 'find'\)")
	console_errors[:] = [error for error in console_errors if not frappes.search(error)]


def test_an_icon_says_what_it_does_and_is_pressed_by_keyboard(page, open_form, simulator, lead):
	open_form(page, "Lead", lead["name"])
	page.get_by_role("button", name="Call the number in Mobile No").focus()
	page.keyboard.press("Enter")
	page.locator(".c2c-strip-status", has_text="Requested").wait_for()
	assert len(simulator.requests) == 1


def test_a_user_who_may_not_call_sees_plain_numbers(open_session, open_form, unlisted, lead, contact):
	page = open_session(unlisted, PASSWORD)
	for doctype, record in (("Lead", lead), ("Contact", contact)):
		open_form(page, doctype, record["name"])
		assert icons(page) == {}
		assert call_buttons(page).count() == 0
	assert page.locator(".c2c-strip").count() == 0
	assert page.evaluate("frappe.phone_call.handler === undefined")


def test_an_earlier_handler_stays_with_users_who_may_not_call(open_session, open_form, unlisted, contact):
	page = open_session(unlisted, PASSWORD)
	page.add_init_script(
		"window.frappe = { phone_call: { handler: (numbers) => (window.handed = numbers) } }"
	)
	open_form(page, "Contact", contact["name"])
	call_buttons(page).first.click()
	assert page.evaluate("window.handed") == [row["phone"] for row in contact["phone_nos"]]


def test_the_handler_takes_what_other_scripts_hand_over(page, open_form, site, simulator, lead):
	open_form(page, "Lead", lead["name"])
	page.evaluate("number => { frappe.phone_call.handler(number, cur_frm) }", lead["phone"])
	page.locator(".c2c-strip-status", has_text="Requested").wait_for()
	[call] = site.admin.list("PBX Call Log", ["number", "reference_name"], {"reference_name": lead["name"]})
	assert call["number"] == lead["phone"].replace(" ", "")
	simulator.reset()
	free = next(NUMBERS)
	page.evaluate("number => { frappe.phone_call.handler(number) }", free)
	page.locator(".c2c-strip-number", has_text=free).wait_for()
	assert [request["path"].split("/")[-1] for request in simulator.requests] == [re.sub(r"\D", "", free)]


@pytest.fixture
def customer_with_contact(site):
	"""(doctype of the party) -> the party and its primary contact."""
	if not site.has_erpnext:
		pytest.skip("needs ERPNext")

	def make(doctype):
		kind = doctype.lower()
		party = site.admin.insert(doctype, **{f"{kind}_name": f"Radium {secrets.token_hex(3)}"})
		contact = site.admin.insert(
			"Contact",
			first_name=party["name"],
			phone_nos=[{"phone": next(NUMBERS), "is_primary_mobile_no": 1}],
			links=[{"link_doctype": doctype, "link_name": party["name"]}],
		)
		site.admin.set(doctype, party["name"], **{f"{kind}_primary_contact": contact["name"]})
		return party, contact

	return make


@pytest.mark.parametrize("doctype", ["Customer", "Supplier"])
def test_a_party_of_erpnext_has_one_icon_and_one_button(
	admin_page, open_form, customer_with_contact, doctype
):
	party, _contact = customer_with_contact(doctype)
	open_form(admin_page, doctype, party["name"])
	assert icons(admin_page) == {"mobile_no": 1}
	assert call_buttons(admin_page).count() == 1


def test_a_number_in_the_contacts_section_is_called_with_its_contact(
	page, open_form, simulator, customer_with_contact
):
	customer, contact = customer_with_contact("Customer")
	open_form(page, "Customer", customer["name"])
	page.locator(".form-tabs .nav-link", has_text="Address & Contact").click()
	page.locator("[data-fieldname='contact_html'] a[href^='tel:']").first.click()
	page.locator(".c2c-strip-status", has_text="Requested").wait_for()
	[request] = simulator.requests
	assert request["query"]["recordno"] == contact["name"]


def test_a_click_with_a_key_held_is_the_browsers_own(page, open_form, simulator, customer_with_contact):
	customer, _contact = customer_with_contact("Customer")
	open_form(page, "Customer", customer["name"])
	page.locator(".form-tabs .nav-link", has_text="Address & Contact").click()
	# Nothing on this machine opens tel: links; what counts is that the browser was left to try.
	page.evaluate(
		"document.addEventListener('click', (e) => { window.left = !e.defaultPrevented; e.preventDefault(); })"
	)
	page.locator("[data-fieldname='contact_html'] a[href^='tel:']").first.click(modifiers=["Control"])
	assert page.evaluate("window.left") is True
	assert not page.locator(".c2c-strip").is_visible()
	assert not simulator.requests
