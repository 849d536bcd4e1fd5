package io.framegate.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A browser without a window, where Chromium and its driver are installed. It reaches
 * this machine only.
 */
public final class Browser implements AutoCloseable {

	private static final String CHROMIUM = "chromium";

	private static final String DRIVER = "chromedriver";

	private static final Duration LIMIT = Duration.ofMinutes(1);

	private final ChromeDriver driver;

	private final List<String> requests = new ArrayList<>();

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	/**
	 * Starts a browser, or skips the test where none is installed.
	 * @return the browser
	 */
	public static Browser start() {
		Programs.assumeInstalled(CHROMIUM, DRIVER);
		System.setProperty("webdriver.remote.enableTracing", "false");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(Programs.find(CHROMIUM).orElseThrow());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-extensions", "--window-size=1280,900",
				"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(new File(Programs.find(DRIVER).orElseThrow()))
			.usingAnyFreePort()
			.withSilent(true)
			.build();
		return new Browser(new ChromeDriver(service, options));
	}

	/**
	 * Goes to a page. Within the console, only what stands after its {@code #} changes.
	 * @param url the page's address
	 */
	public void go(String url) {
		this.driver.get(url);
	}

	/**
	 * Has the page in light or dark.
	 * @param scheme {@code light} or {@code dark}
	 */
	public void prefer(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	/**
	 * Makes the window as small as that of a phone, or large again.
	 * @param width in pixels
	 * @param height in pixels
	 */
	public void resize(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	/** A browser is slow where others want the processor, too. */
	private static <T> T await(String what, Supplier<Optional<T>> look) {
		return Awaitility.await(what)
			.atMost(LIMIT)
			.pollInterval(Duration.ofMillis(100))
			.until(look::get, Optional::isPresent)
			.orElseThrow();
	}

	/**
	 * Waits for an element.
	 * @param css selects it
	 * @return the first one
	 */
	public WebElement await(String css) {
		return Browser.await(css, () -> this.driver.findElements(By.cssSelector(css)).stream().findFirst());
	}

	/**
	 * Waits for a visible text.
	 * @param css selects where it is looked for
	 * @param text a part of the text, as people see it
	 */
	public void awaitText(String css, String text) {
		try {
			Browser.await(text, () -> text(css).contains(text) ? Optional.of(true) : Optional.empty());
		}
		catch (RuntimeException ex) {
			throw new AssertionError(
					"'" + text + "' does not come in " + css + ", but: " + text(css) + "\n" + problems(), ex);
		}
	}

	/**
	 * Waits until a text is gone.
	 * @param css selects where it was
	 * @param text a part of the text, as people saw it
	 */
	public void awaitNoText(String css, String text) {
		Browser.await("no " + text, () -> text(css).contains(text) ? Optional.empty() : Optional.of(true));
	}

	/**
	 * The visible text of the first element that is found.
	 * @param css selects it
	 * @return its text, empty if there is none
	 */
	public String text(String css) {
		try {
			return this.driver.findElements(By.cssSelector(css))
				.stream()
				.map(WebElement::getText)
				.findFirst()
				.orElse("");
		}
		catch (StaleElementReferenceException ex) {
			return "";
		}
	}

	/**
	 * How many elements there are now.
	 * @param css selects them
	 */
	public int count(String css) {
		return this.driver.findElements(By.cssSelector(css)).size();
	}

	/**
	 * Clicks the first element with a text, or with a name for screen readers.
	 * @param tag its tag
	 * @param name the whole text, or the name
	 */
	public void click(String tag, String name) {
		By by = By.xpath("//" + tag + "[normalize-space()='" + name + "' or @aria-label='" + name + "']");
		Browser.await(name, () -> {
			try {
				Optional<WebElement> found = this.driver.findElements(by)
					.stream()
					.filter((each) -> each.isDisplayed() && each.isEnabled())
					.findFirst();
				found.ifPresent(WebElement::click);
				return found;
			}
			catch (StaleElementReferenceException ex) {
				return Optional.empty();
			}
		});
	}

	/**
	 * Replaces the text of a field.
	 * @param css selects it
	 * @param text what is typed
	 */
	public void type(String css, String text) {
		WebElement field = await(css);
		field.sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
	}

	/**
	 * Presses keys where the keyboard's focus is.
	 * @param keys the keys
	 */
	public void press(CharSequence... keys) {
		new Actions(this.driver).sendKeys(keys).perform();
	}

	/**
	 * The text of what has the keyboard's focus, or its name for screen readers.
	 */
	public String focused() {
		WebElement element = this.driver.switchTo().activeElement();
		String name = element.getDomAttribute("aria-label");
		return (name != null) ? name : element.getText();
	}

	/**
	 * Runs JavaScript.
	 * @param script its text
	 * @return what it returns
	 */
	public Object run(String script) {
		return ((JavascriptExecutor) this.driver).executeScript(script);
	}

	/**
	 * What keeps people from using the page, as axe finds it.
	 * @return what is serious or critical, with where it is
	 */
	@SuppressWarnings("deprecation")
	public List<String> obstacles() {
		// Otherwise it opens a window of its own, and the page believes that nobody
		// looks.
		return new AxeBuilder().setLegacyMode(true)
			.analyze(this.driver)
			.getViolations()
			.stream()
			.filter((rule) -> List.of("serious", "critical").contains(rule.getImpact()))
			.map(Browser::obstacle)
			.toList();
	}

	private static String obstacle(Rule rule) {
		return rule.getId() + ": " + rule.getHelp() + " "
				+ rule.getNodes().stream().map((node) -> node.getHtml() + " " + node.getFailureSummary()).toList();
	}

	/**
	 * What the page wrote to the browser's console since the last call, and what the
	 * browser says of it. A refusal of the gateway is none: the page shows it.
	 */
	public List<String> problems() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.map(LogEntry::getMessage)
			.filter((message) -> !message.contains("the server responded with a status of 4"))
			.toList();
	}

	/**
	 * What the browser has asked for so far.
	 * @return addresses
	 */
	public List<String> requests() {
		for (LogEntry entry : this.driver.manage().logs().get(LogType.PERFORMANCE).getAll()) {
			JsonNode message = JsonMapper.shared().readTree(entry.getMessage()).at("/message");
			if (message.at("/method").asString().equals("Network.requestWillBeSent")) {
				this.requests.add(message.at("/params/request/url").asString());
			}
		}
		return List.copyOf(this.requests);
	}

	/**
	 * Where files go that the page has the browser download.
	 * @param directory an existing directory
	 */
	public void downloadTo(Path directory) {
		this.driver.executeCdpCommand("Browser.setDownloadBehavior",
				Map.of("behavior", "allow", "downloadPath", directory.toString()));
	}

	/**
	 * Takes a picture of what is in the window.
	 * @param file where it goes
	 */
	public void picture(Path file) {
		try {
			Files.write(file, this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
