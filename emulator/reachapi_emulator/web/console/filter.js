// @ts-check
/** A filter in the making: fields, and values completed from the presets. */
import { button, form, h, select } from "./dom.js";
import { presets } from "./presets.js";
/** @import { FilterForm } from "./types.js" */

/**
 * Filter field and preset parameter, where they differ: the vendor's own names.
 * @type {Record<string, string>}
 */
const FIELDS = {
  job_title: "job_title",
  job_title_level: "job_title_level",
  job_dept_name: "job_dept_name",
  job_function_name: "job_function_name",
  company_industry_categories_list: "company_industry_categories_list",
  sic_code: "sic_code",
  company_employee_size: "employee_size",
  company_annual_revenue_amount: "annual_revenue_amount",
  company_address_country: "address_country",
  company_address_zipcode: "address_zipcode",
  company_address_state: "address_state",
  company_address_city: "address_city",
  company_name: "company_name",
  company_website: "website",
  company_type: "company_type",
  tech_keywords: "tech_keywords",
};

/** The form, and what was chosen with it. */
export class Filter {
  /** @type {Chosen[]} */
  #chosen = [];
  #list = h("ul.chips", { "aria-label": "Chosen values" });
  #field = select(Object.keys(FIELDS), { name: "field" });
  #value = h("input", { name: "value", required: true, maxLength: 200 });

  /**
   * @param {AbortSignal} signal
   * @param {(filter: FilterForm) => void} told of every change.
   */
  constructor(signal, told) {
    this.told = told;
    this.presets = presets(signal, this.#value);
    this.#field.addEventListener("change", () => this.#complete());
    for (const name of ["focus", "input"])
      this.#value.addEventListener(name, () => this.#complete());
    this.whole = h("div", {}, this.#form(), this.#list, this.presets.list);
  }

  /** Show what is chosen, and tell. */
  changed() {
    this.#list.replaceChildren(...this.#chosen.map((each) => this.#chip(each)));
    this.told(filterOf(this.#chosen));
  }

  #form() {
    /** @param {{field: string, value: string}} form */
    const add = ({ field, value }) => {
      this.#chosen.push([field, value.trim()]);
      this.#value.value = "";
      this.changed();
    };
    return form(
      add,
      {},
      h("label", {}, "Field", this.#field),
      h("label.wide", {}, "Value", this.#value),
      h("button.main", { type: "submit" }, "Add"),
    );
  }

  /** @param {Chosen} each */
  #chip(each) {
    const text = `${each[0]}: ${each[1]}`;
    const remove = button("×", () => this.#remove(each));
    remove.setAttribute("aria-label", `Remove ${text}`);
    return h("li", {}, text, remove);
  }

  /** @param {Chosen} each */
  #remove(each) {
    this.#chosen = this.#chosen.filter((other) => other !== each);
    this.changed();
    this.#value.focus();
  }

  #complete() {
    this.presets.ask(FIELDS[this.#field.value], this.#value.value);
  }
}

/** @typedef {[field: string, value: string]} Chosen */

/**
 * Return the chosen values in the vendor's shape: {field: {"0": value}}.
 * @param {Chosen[]} chosen
 */
export function filterOf(chosen) {
  /** @type {FilterForm} */
  const filter = {};
  for (const [field, value] of chosen) {
    filter[field] ??= {};
    filter[field][Object.keys(filter[field]).length] = value;
  }
  return filter;
}
