package io.framegate.tls;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

/**
 * A context that is made again when its bundles have changed: new connections get the new
 * one. Any thread may call.
 */
final class RenewedContext {

	private final Supplier<List<KeyMaterial>> materials;

	private final Function<List<KeyMaterial>, SSLContext> maker;

	private volatile Current current;

	/**
	 * Makes the first context.
	 * @param materials what the bundles hold now
	 * @param maker makes a context of that
	 */
	RenewedContext(Supplier<List<KeyMaterial>> materials, Function<List<KeyMaterial>, SSLContext> maker) {
		this.materials = materials;
		this.maker = maker;
		this.current = make(materials.get());
	}

	private Current make(List<KeyMaterial> of) {
		return new Current(of, this.maker.apply(of));
	}

	/**
	 * The context of what the bundles hold now.
	 */
	Current now() {
		Current made = this.current;
		List<KeyMaterial> now = this.materials.get();
		if (!made.materials().equals(now)) {
			made = make(now);
			this.current = made;
		}
		return made;
	}

	/**
	 * A context and what it was made of.
	 *
	 * @param materials the bundles' contents, the first of which says which versions and
	 * cipher suites are allowed
	 * @param context the context
	 */
	record Current(List<KeyMaterial> materials, SSLContext context) {

		KeyMaterial first() {
			return this.materials.getFirst();
		}

	}

}
