"""What of Frappe's own is wrapped while the Desk runs is there on this version, and the Desk works where it is not.

A version that lacks a method is played by taking it away while our script looks for it, and putting it back.
"""

import re
import secrets

import pytest
from desk_page import icon, search_for, wait_for_status

BUNDLE = re.compile(r"/c2c_frappe\.bundle\.\w+\.js")
# The class that has each method; the same as in public/js/patches.js.
WRAPPED = {
	"get_column_html": "frappe.views.ListView",
	"get_actions_menu_items": "frappe.views.ListView",
	"get_menu_items": "frappe.views.ListView",
	"build_column": "frappe.views.ReportView",
	"add_defaults": "frappe.search.AwesomeBar",
	"get_popover_html": "frappe.ui.LinkPreview",
}
CLASSES = "{" + ",".join(f"{method}: {owner}" for method, owner in WRAPPED.items()) + "}"
REMEMBER = f"""
window.c2c_own = {{}};
for (const [method, view] of Object.entries({CLASSES})) window.c2c_own[method] = view?.prototype[method];
"""
TAKE_AWAY = (
	f"{REMEMBER} for (const [method, view] of Object.entries({CLASSES})) delete view.prototype[method];"
)
PUT_BACK = (
	f"for (const [method, view] of Object.entries({CLASSES})) view.prototype[method] = c2c_own[method];"
)


@pytest.fixture
def around_our_script(page, site, fetch):
	"""A function (before, after) that runs scripts just before and after ours, in all pages opened from now on."""

	def place(before, after=""):
		def answer(route):
			ours = fetch(route.request.url)
			body = f"{before}\n;{ours}\n;{after}"
			route.fulfill(content_type="text/javascript; charset=utf-8", body=body)

		page.route(BUNDLE, answer)

	return place


@pytest.fixture
def club(site, number):
	"""(doctype, name) of a record whose DocType has its number in the list."""
	doctype = f"Club {secrets.token_hex(3)}"
	desk = {"fieldname": "desk", "label": "Desk", "fieldtype": "Data", "options": "Phone", "in_list_view": 1}
	rights = [{"role": role, "read": 1, "write": 1, "report": 1} for role in ("Sales User", "System Manager")]
	site.admin.insert("DocType", name=doctype, module="Contacts", custom=1, fields=[desk], permissions=rights)
	return doctype, site.admin.insert(doctype, desk=number)["name"]


def icons_in(page, place):
	return page.locator(f"{place}:visible .c2c-icon:visible").count()


def test_each_wrapped_method_is_on_this_frappe(page, site, open_form, lead, around_our_script):
	"""Each method that is wrapped was there before our script ran, and another one stands in its place."""
	around_our_script(REMEMBER)
	open_form(page, "Lead", lead["name"])
	found = page.evaluate(
		f"""() => Object.fromEntries(Object.entries({CLASSES}).map(([method, view]) =>
			[method, [typeof c2c_own[method], c2c_own[method] !== view.prototype[method]]]))"""
	)
	assert found == {method: ["function", True] for method in WRAPPED}


@pytest.mark.parametrize("view", ["list", "report"])
def test_lists_without_the_wrapped_methods_show_their_rows(page, site, club, number, around_our_script, view):
	"""A list or report view that draws its cells by other means shows the plain number."""
	around_our_script(TAKE_AWAY, PUT_BACK)
	page.goto(f"{site.desk}/{club[0].lower().replace(' ', '-')}/view/{view}")
	row = {"list": ".list-row", "report": ".dt-cell"}[view]
	page.locator(f"{row}:visible", has_text=number).first.wait_for()
	assert icons_in(page, ".layout-main") == 0


def test_search_and_calls_work_without_the_wrapped_methods(
	page, site, open_form, simulator, lead, around_our_script
):
	"""The search bar searches and offers no call; icons of forms, which wrap none of them, still call."""
	around_our_script(TAKE_AWAY, PUT_BACK)
	open_form(page, "Lead", lead["name"])
	search_for(page, "+44 7700 900987")
	page.locator(".awesomplete li:visible", has_text="Search for").wait_for()
	assert page.locator(".awesomplete li:visible", has_text=re.compile("^Call ")).count() == 0
	page.keyboard.press("Escape")
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	assert len(simulator.requests) == 1


def test_a_preview_without_the_wrapped_method_has_no_icon(page, site, previewed_contact, around_our_script):
	"""What opens over a link is Frappe's own."""
	around_our_script(TAKE_AWAY, PUT_BACK)
	page.goto(f"{site.desk}/contact?first_name={previewed_contact['first_name']}")
	page.locator(f".list-row a[data-name='{previewed_contact['name']}']").first.hover()
	page.locator(".link-preview-popover .preview-name").wait_for()
	assert icons_in(page, ".link-preview-popover") == 0


@pytest.mark.parametrize("has_setup_phone", [True, False])
def test_a_field_has_one_icon_with_or_without_setup_phone(page, open_form, lead, has_setup_phone):
	"""ERPNext's control draws an icon by its setup_phone; where it has none, or nobody's control has, ours is alone."""
	open_form(page, "Lead", lead["name"])
	page.evaluate(
		"""(has) => {
			const control = cur_frm.fields_dict.mobile_no;
			const drawn = () => $(control.wrapper).find(".control-input").append('<span class="phone-btn">');
			control.setup_phone = has ? drawn : undefined;
			if (has) control.setup_phone();
			cur_frm.refresh();
			control.setup_phone?.();
		}""",
		has_setup_phone,
	)
	icons = page.locator(".frappe-control[data-fieldname=mobile_no] .phone-btn:visible")
	icons.first.wait_for()
	assert icons.count() == 1


@pytest.mark.parametrize(
	"html",
	[
		"<div class='grid-static-col' data-fieldname='phone'><a class='phone-btn'>call</a></div>",
		"<div class='frappe-control'><a class='phone-btn'>call</a></div>",
	],
)
def test_a_click_on_a_foreign_icon_is_left_to_its_own_script(page, open_form, simulator, lead, html):
	"""A row or field that Frappe keeps in another way than today is nobody's to call: its own script gets the click."""
	open_form(page, "Lead", lead["name"])
	page.evaluate("html => $(cur_frm.wrapper).find('.form-page').prepend(html)", html)
	page.evaluate(
		"$(cur_frm.wrapper).find('.form-page .phone-btn').first().on('click', () => (window.own = 1))"
	)
	page.evaluate("cur_frm.wrapper.querySelector('.form-page .phone-btn').click()")
	assert page.evaluate("window.own") == 1
	assert not page.locator(".c2c-strip").is_visible()
	assert not simulator.requests
