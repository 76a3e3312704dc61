/**
 * What is used of the component library, with its style and in Chinese. The list stands without any of it, so that it is
 * read only when somebody opens something.
 */
import { provideGlobalConfig } from "element-plus";
import zhCn from "element-plus/es/locale/lang/zh-cn";

import { application } from "../application";

import "./library.css";
import "./element.css";

export {
  ElAutocomplete,
  ElCheckbox,
  ElCheckboxGroup,
  ElDatePickerPanel,
  ElDialog,
  ElDropdown,
  ElDropdownItem,
  ElDropdownMenu,
  ElOption,
  ElPopover,
  ElRadio,
  ElRadioGroup,
  ElSelect,
} from "element-plus";

if (application.app) provideGlobalConfig({ locale: zhCn }, application.app, true);
